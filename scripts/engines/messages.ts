/** All that engines print when something is wrong. The first that fits wins: the more particular stands before the more general. */
import type { Message } from './message.ts';
import { BUILD } from './messages-build.ts';
import { ENGINE } from './messages-engine.ts';
import { PUSH } from './messages-push.ts';
import { ROOTLESS } from './messages-rootless.ts';

export const MESSAGES: readonly Message[] = [...ROOTLESS, ...ENGINE, ...BUILD, ...PUSH];
