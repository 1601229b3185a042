import { Controller, Get, Query, Req } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Request } from 'express';
import type { Answer } from '../../common/http/answer.js';
import { Frame } from './frame.js';
import { ReviewQuery, ReviewView } from './review.view.js';

@ApiExcludeController()
@Controller('ui/review')
export class ReviewController {
  constructor(
    private readonly frame: Frame,
    private readonly review: ReviewView,
  ) {}

  @Get()
  list(@Query() query: ReviewQuery, @Req() request: Request): Promise<Answer> {
    return this.frame.show(request, this.review.page(query));
  }
}
