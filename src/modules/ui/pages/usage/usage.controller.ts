import { Controller, Get, Param, Query, Req, StreamableFile } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Request } from 'express';
import type { Answer } from '../../../../common/http/answer.js';
import { Exports, GetExport } from '../../exports/exports.js';
import { Frame } from '../../frame/frame.js';
import { SessionsQuery, UsageListsView, UsageVmsQuery } from './usage-lists.view.js';
import { UsageQuery, UsageView } from './usage.view.js';

@ApiExcludeController()
@Controller('ui/usage')
export class UsagePageController {
  constructor(
    private readonly frame: Frame,
    private readonly usage: UsageView,
    private readonly lists: UsageListsView,
    private readonly exports: Exports,
  ) {}

  @Get()
  overview(@Query() query: UsageQuery, @Req() request: Request): Promise<Answer> {
    return this.frame.show(request, this.usage.page(query));
  }

  @Get('sessions')
  sessions(@Query() query: SessionsQuery, @Req() request: Request): Promise<Answer> {
    return this.frame.show(request, this.lists.sessions(query));
  }

  @GetExport('sessions/')
  exportSessions(@Param('ending') ending: string, @Query() query: SessionsQuery): Promise<StreamableFile> {
    return this.exports.file(ending, this.lists.exportedSessions(query));
  }

  @Get('vms')
  vms(@Query() query: UsageVmsQuery, @Req() request: Request): Promise<Answer> {
    return this.frame.show(request, this.lists.vms(query));
  }

  @GetExport('vms/')
  exportVms(@Param('ending') ending: string, @Query() query: UsageVmsQuery): Promise<StreamableFile> {
    return this.exports.file(ending, this.lists.exportedVms(query));
  }
}
