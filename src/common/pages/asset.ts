import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

const TYPES: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};
/** Half the time of the best and within a few percent of its size. */
const BROTLI_QUALITY = 9;

const ENCODERS = {
  br: (content: Buffer) =>
    promisify(brotliCompress)(content, { params: { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY } }),
  gzip: (content: Buffer) => promisify(gzip)(content),
  identity: (content: Buffer) => Promise.resolve(content),
} as const;
export type Encoding = keyof typeof ENCODERS;
/** The best first. */
export const ENCODINGS = Object.keys(ENCODERS) as Encoding[];

/** One file that pages load; each way to compress it is worked out when it is first asked for, then kept. */
export class Asset {
  readonly type: string;
  private readonly encoded = new Map<Encoding, Promise<Buffer>>();

  constructor(
    extension: string,
    private readonly content: () => Buffer,
  ) {
    this.type = TYPES[extension] ?? 'application/octet-stream';
  }

  as(encoding: Encoding): Promise<Buffer> {
    let bytes = this.encoded.get(encoding);
    if (!bytes) this.encoded.set(encoding, (bytes = ENCODERS[encoding](this.content())));
    return bytes;
  }
}
