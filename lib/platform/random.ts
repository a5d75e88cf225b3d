import { randomBytes } from 'node:crypto';
import type { Random } from '../instructions/ports.ts';

/** Ids from the operating system's random source (128 bits, base64url), and jitter from the engine's. */
export const systemRandom: Random = {
  id: () => randomBytes(16).toString('base64url'),
  fraction: () => Math.random(),
};
