import { Controller, Get, Query, Req } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Request } from 'express';
import type { Answer } from '../../../../common/http/answer.js';
import { Frame } from '../../frame/frame.js';
import { DashboardQuery, DashboardView } from './dashboard.view.js';

@ApiExcludeController()
@Controller('ui')
export class DashboardController {
  constructor(
    private readonly frame: Frame,
    private readonly dashboard: DashboardView,
  ) {}

  @Get()
  show(@Query() query: DashboardQuery, @Req() request: Request): Promise<Answer> {
    return this.frame.show(request, this.dashboard.page(query));
  }
}
