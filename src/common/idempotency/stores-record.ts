import { applyDecorators, SetMetadata } from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';

export const KEY_HEADER = 'Idempotency-Key';
export const REPLAYED_HEADER = 'Idempotency-Replayed';
export const KEY_MAX_CHARACTERS = 255;
export const STORES_RECORD = 'storesRecord';

const DESCRIPTION =
  'Makes the request safe to send again: for 24 hours the same key, route, caller and body get the first answer, with ' +
  `\`${REPLAYED_HEADER}: true\`, and nothing is stored twice. Only answers to what was stored are kept; what was refused may ` +
  'be sent again with the same key.';

/**
 * Marks a POST that stores a record, so that it takes an `Idempotency-Key`. Its change must return the whole answer, as
 * an object or as JSON, and be the first that the request makes.
 */
export const StoresRecord = (): MethodDecorator =>
  applyDecorators(
    SetMetadata(STORES_RECORD, true),
    ApiHeader({
      name: KEY_HEADER,
      required: false,
      description: DESCRIPTION,
      schema: { type: 'string', minLength: 1, maxLength: KEY_MAX_CHARACTERS, pattern: '^[ -~]+$' },
    }),
  );
