import { Controller, Get, Param, Query, Req, StreamableFile } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Request } from 'express';
import type { Answer } from '../../../../common/http/answer.js';
import { Exports, GetExport } from '../../exports/exports.js';
import { Frame } from '../../frame/frame.js';
import { FeedQuery, FeedView } from './feed.view.js';

@ApiExcludeController()
@Controller('ui/feed')
export class FeedPageController {
  constructor(
    private readonly frame: Frame,
    private readonly feed: FeedView,
    private readonly exports: Exports,
  ) {}

  @Get()
  list(@Query() query: FeedQuery, @Req() request: Request): Promise<Answer> {
    return this.frame.show(request, this.feed.page(query));
  }

  @GetExport()
  export(@Param('ending') ending: string, @Query() query: FeedQuery): Promise<StreamableFile> {
    return this.exports.file(ending, this.feed.export(query));
  }

  @Get(':id')
  event(@Param('id') id: string, @Req() request: Request): Promise<Answer> {
    return this.frame.show(request, this.feed.event(id));
  }
}
