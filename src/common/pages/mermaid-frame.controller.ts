import { Controller, Get, Req } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Request } from 'express';
import { Config } from '../config/config.js';
import type { Answer } from '../http/answer.js';
import { originOf } from '../http/origin.js';
import { Public } from '../http/public.js';
import { STATIC_PATH } from './assets.js';
import { Pages } from './pages.js';

/**
 * The page inside the sandboxed frames in which diagrams are drawn. It holds no data and can reach nothing: whatever a
 * diagram manages to run there finds an empty room.
 */
@ApiExcludeController()
@Controller(STATIC_PATH)
export class MermaidFrameController {
  constructor(
    private readonly pages: Pages,
    private readonly config: Config,
  ) {}

  @Public()
  @Get('mermaid-frame.html')
  show(@Req() request: Request): Answer {
    return this.pages.page('mermaid-frame', {}, { 'Content-Security-Policy': policy(originOf(request, this.config)) });
  }
}

/** In a sandboxed frame not every browser takes `'self'` for the origin that the page came from. */
function policy(origin: string): string {
  return [
    "default-src 'none'",
    `script-src 'self' ${origin}`,
    // Mermaid writes its styles into the drawing.
    `style-src 'self' ${origin} 'unsafe-inline'`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'self'",
  ].join('; ');
}
