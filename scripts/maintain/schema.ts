/** The JSON Schemas that the skill publishes, generated from the schemas that the program's types come from. */
import { type ConversionConfig, toJsonSchema } from '@valibot/to-json-schema';
import * as v from 'valibot';
import type { CommandName } from '../cli/commands.ts';
import { CODES } from '../errors.ts';
import * as results from '../results.ts';
import { settings } from '../settings-schema.ts';

const DATA = {
  doctor: results.doctorData,
  build: results.buildData,
  digest: results.digestData,
  verify: v.union([results.verifyData, results.verifyManyData]),
  'config-report': results.configReportData,
  release: results.releaseData,
  status: results.statusData,
  rollback: results.rollbackData,
  explain: results.explainData,
} as const satisfies Record<CommandName, v.GenericSchema>;

const nullableText = v.nullable(v.string());
const warning = v.strictObject({ code: v.string(), message: v.string(), hint: nullableText });
const error = v.strictObject({
  code: v.picklist(Object.keys(CODES)),
  message: v.string(),
  hint: nullableText,
  next: nullableText,
});

const envelope = (command: v.GenericSchema, data: v.GenericSchema) =>
  v.strictObject({
    schemaVersion: v.literal(1),
    command,
    ok: v.boolean(),
    data: v.nullable(data),
    warnings: v.array(warning),
    error: v.nullable(error),
    log: nullableText,
  });

const CONVERSION: ConversionConfig = {
  target: 'draft-2020-12',
  // a record of known keys is refused, though what it is converted to says just that
  overrideSchema: ({ valibotSchema, jsonSchema }) =>
    valibotSchema.type === 'record' ? jsonSchema : undefined,
};

/** What `--json` prints: one object, by its `command`; null is a command line that names none. */
export function outputSchema(): string {
  const commands = Object.entries(DATA).map(([name, data]) => envelope(v.literal(name), data));
  return printed(
    'What docker-build --json prints',
    toJsonSchema(v.union([...commands, envelope(v.null(), v.null())]), {
      ...CONVERSION,
      definitions: { ...results, warning, error },
    }),
  );
}

export function settingsSchema(): string {
  return printed('docker-build.yaml', toJsonSchema(settings, CONVERSION));
}

const printed = (title: string, { $schema, ...schema }: object & { $schema?: unknown }): string =>
  `${JSON.stringify({ $schema, title, ...schema }, null, 1)}\n`;
