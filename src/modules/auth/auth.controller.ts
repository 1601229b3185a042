import { Controller, HttpCode, HttpStatus, Post, Req } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import type { Request } from 'express';
import { Config } from '../../common/config/config.js';
import { originOf } from '../../common/http/origin.js';
import { ApiRefusal } from '../../common/openapi/refusals.js';
import { MagicLink } from './magic-link.entity.js';
import { MagicLinksService } from './magic-links.service.js';

@ApiTags('auth')
@Controller('auth')
export class AuthController {
  constructor(
    private readonly links: MagicLinksService,
    private readonly config: Config,
  ) {}

  /** Makes a link that signs a person in to the dashboard once, within five minutes. */
  @Post('magic-link')
  @HttpCode(HttpStatus.OK)
  @ApiOkResponse({ type: MagicLink })
  @ApiRefusal(HttpStatus.BAD_REQUEST, 'neither `PUBLIC_URL` nor the Host header names the server')
  @ApiRefusal(HttpStatus.TOO_MANY_REQUESTS, 'five links are open, or ten were made within a minute; see `Retry-After`')
  createLink(@Req() request: Request): Promise<MagicLink> {
    return this.links.create(originOf(request, this.config));
  }
}
