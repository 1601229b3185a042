import { Controller, Get, Param, Req } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Request } from 'express';
import { notFound } from '../errors/domain-error.js';
import { Answer } from '../http/answer.js';
import { Public } from '../http/public.js';
import { ENCODINGS } from './asset.js';
import { Assets, STATIC_PATH } from './assets.js';

@ApiExcludeController()
@Controller(STATIC_PATH)
export class AssetsController {
  constructor(private readonly assets: Assets) {}

  @Public()
  @Get(':file')
  async get(@Param('file') file: string, @Req() request: Request): Promise<Answer> {
    const asset = this.assets.find(file);
    if (!asset) throw notFound('no such file');
    const encoding = ENCODINGS.find((known) => request.acceptsEncodings(known)) ?? 'identity';
    return new Answer(await asset.as(encoding), asset.type, {
      'Cache-Control': 'public, max-age=31536000, immutable',
      Vary: 'Accept-Encoding',
      // A sandboxed frame is nobody's origin, not even ours.
      'Cross-Origin-Resource-Policy': 'cross-origin',
      ...(encoding !== 'identity' && { 'Content-Encoding': encoding }),
    });
  }
}
