import { Body, Controller, Delete, Get, HttpStatus, Param, Post, Query, Req } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import type { Request } from 'express';
import { Config } from '../../common/config/config.js';
import { Answer } from '../../common/http/answer.js';
import { Needs } from '../../common/http/needs.js';
import { originOf } from '../../common/http/origin.js';
import { StoresRecord } from '../../common/idempotency/stores-record.js';
import { ApiRefusal, ApiUnknown } from '../../common/openapi/refusals.js';
import { PageQuery } from '../../common/validation/time-range.dto.js';
import { Revoked, ShareAccessList, SharedLink, ShareLinkList } from './share.entity.js';
import { ShareReport } from './shares.dto.js';
import { SharesService } from './shares.service.js';

@ApiTags('reports')
@Controller('reports')
export class SharesController {
  constructor(
    private readonly shares: SharesService,
    private readonly config: Config,
  ) {}

  /** Makes a link under which anyone can read the report. */
  @Post(':id/share')
  @StoresRecord()
  @Needs('agent')
  @ApiCreatedResponse({ type: SharedLink })
  @ApiUnknown('report not found')
  share(@Param('id') id: string, @Body() link: ShareReport, @Req() request: Request): Promise<SharedLink> {
    return this.shares.share(id, link, originOf(request, this.config));
  }

  /** Lists a report's links, newest first. */
  @Get(':id/shares')
  @ApiOkResponse({ type: ShareLinkList })
  @ApiUnknown('report not found')
  async list(@Param('id') id: string, @Query() query: PageQuery): Promise<Answer> {
    return Answer.list('links', await this.shares.list(id, query));
  }

  /** Revokes a link: from now on it leads nowhere. */
  @Delete('share/:linkId')
  @Needs('agent')
  @ApiOkResponse({ type: Revoked })
  @ApiRefusal(HttpStatus.BAD_REQUEST, 'link already revoked')
  @ApiUnknown('share link not found')
  revoke(@Param('linkId') linkId: string): Promise<Revoked> {
    return this.shares.revoke(linkId);
  }

  /** Lists who read the report through a link, newest first; the log holds the latest 1,000. */
  @Get('share/:linkId/access')
  @ApiOkResponse({ type: ShareAccessList })
  @ApiUnknown('share link not found')
  async log(@Param('linkId') linkId: string, @Query() query: PageQuery): Promise<Answer> {
    return Answer.list('log', await this.shares.log(linkId, query));
  }
}
