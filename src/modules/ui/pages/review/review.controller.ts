import { Controller, Get, Param, Query, Req, StreamableFile } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Request } from 'express';
import type { Answer } from '../../../../common/http/answer.js';
import { Exports, GetExport } from '../../exports/exports.js';
import { Frame } from '../../frame/frame.js';
import { ReviewQuery, ReviewView } from './review.view.js';

@ApiExcludeController()
@Controller('ui/review')
export class ReviewController {
  constructor(
    private readonly frame: Frame,
    private readonly review: ReviewView,
    private readonly exports: Exports,
  ) {}

  @Get()
  list(@Query() query: ReviewQuery, @Req() request: Request): Promise<Answer> {
    return this.frame.show(request, this.review.page(query));
  }

  @GetExport()
  export(@Param('ending') ending: string): Promise<StreamableFile> {
    return this.exports.file(ending, this.review.export());
  }
}
