/** The one version: of the package, the plugin and the program. A test compares them. */
export const VERSION = '0.1.0';
