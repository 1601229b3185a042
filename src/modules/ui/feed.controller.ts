import { Controller, Get, Param, Query, Req } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Request } from 'express';
import type { Answer } from '../../common/http/answer.js';
import { FeedQuery, FeedView } from './feed.view.js';
import { Frame } from './frame.js';

@ApiExcludeController()
@Controller('ui/feed')
export class FeedPageController {
  constructor(
    private readonly frame: Frame,
    private readonly feed: FeedView,
  ) {}

  @Get()
  list(@Query() query: FeedQuery, @Req() request: Request): Promise<Answer> {
    return this.frame.show(request, this.feed.page(query));
  }

  @Get(':id')
  event(@Param('id') id: string, @Req() request: Request): Promise<Answer> {
    return this.frame.show(request, this.feed.event(id));
  }
}
