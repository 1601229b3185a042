import type { Request } from 'express';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { Answer } from './answer.js';

/** Smaller bodies fit into one packet anyway. */
const WORTHWHILE_BYTES = 1400;
/** Some 2 ms for a page of 150 KB. */
const BROTLI_QUALITY = 4;

const ENCODERS = {
  br: (body: string | Buffer) =>
    promisify(brotliCompress)(body, { params: { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY } }),
  gzip: (body: string | Buffer) => promisify(gzip)(body),
} as const;
const ENCODINGS = Object.keys(ENCODERS) as (keyof typeof ENCODERS)[];

/** The answer as small as the client can take it. Not for one that holds a secret beside what the client sent. */
export async function compressed(request: Request, { body, type, headers }: Answer): Promise<Answer> {
  const encoding = ENCODINGS.find((known) => request.acceptsEncodings(known));
  const varying = { ...headers, Vary: 'Accept-Encoding' };
  if (!encoding || body.length < WORTHWHILE_BYTES) return new Answer(body, type, varying);
  return new Answer(await ENCODERS[encoding](body), type, { ...varying, 'Content-Encoding': encoding });
}
