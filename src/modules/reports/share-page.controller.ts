import { applyDecorators, Controller, Get, HttpStatus, Param, Req, UseFilters } from '@nestjs/common';
import { ApiNotFoundResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import type { Request } from 'express';
import { Config } from '../../common/config/config.js';
import type { Answer } from '../../common/http/answer.js';
import { originOf } from '../../common/http/origin.js';
import { Public } from '../../common/http/public.js';
import { ApiRefusal } from '../../common/openapi/refusals.js';
import type { Visitor } from './access-log.js';
import { SharePageFilter } from './share-page.filter.js';
import { SharePagesService } from './share-pages.service.js';
import { SHARE_PATH } from './shares.service.js';

const TEXT = { schema: { type: 'string' } } as const;
const PAGE = { 'text/html': TEXT };

const ApiNoReport = (): MethodDecorator =>
  applyDecorators(
    ApiNotFoundResponse({ description: 'a page that says that there is no report behind the link', content: PAGE }),
    ApiRefusal(HttpStatus.TOO_MANY_REQUESTS, 'too many links that lead nowhere from this address; see `Retry-After`'),
  );

@ApiTags('reports')
@Controller(SHARE_PATH)
@UseFilters(SharePageFilter)
export class SharePageController {
  constructor(
    private readonly shares: SharePagesService,
    private readonly config: Config,
  ) {}

  /** Shows a shared report as a page, to anyone. */
  @Public()
  @Get(':linkId')
  @ApiOkResponse({ description: 'the page', content: PAGE })
  @ApiNoReport()
  page(@Param('linkId') linkId: string, @Req() request: Request): Answer {
    return this.shares.page(linkId, originOf(request, this.config) + SHARE_PATH + `/${linkId}`, visitorOf(request));
  }

  /** Draws the preview of a shared report, 1200 × 630, for anyone. */
  @Public()
  @Get(':linkId/og-image.svg')
  @ApiOkResponse({ description: 'the image', content: { 'image/svg+xml': TEXT } })
  @ApiNoReport()
  image(@Param('linkId') linkId: string): Answer {
    return this.shares.image(linkId);
  }
}

/** Whoever only asks for the head of the page has not read it. */
function visitorOf(request: Request): Visitor | undefined {
  if (request.method !== 'GET') return undefined;
  return { ip: request.ip, userAgent: request.get('User-Agent'), referrer: request.get('Referer') };
}
