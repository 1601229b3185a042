import { Body, Controller, HttpCode, HttpStatus, Post, Req } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import type { Request } from 'express';
import { Config } from '../../common/config/config.js';
import { Needs } from '../../common/http/needs.js';
import { originOf } from '../../common/http/origin.js';
import { ApiRefusal } from '../../common/openapi/refusals.js';
import { CreateLink } from './auth.dto.js';
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
  @Needs('admin')
  @HttpCode(HttpStatus.OK)
  @ApiOkResponse({ type: MagicLink })
  @ApiRefusal(HttpStatus.BAD_REQUEST, 'neither `PUBLIC_URL` nor the Host header names the server')
  @ApiRefusal(HttpStatus.TOO_MANY_REQUESTS, 'five links are open, or ten were made within a minute; see `Retry-After`')
  createLink(@Body() link: CreateLink, @Req() request: Request): Promise<MagicLink> {
    return this.links.create(link, originOf(request, this.config));
  }
}
