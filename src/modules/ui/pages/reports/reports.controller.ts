import { Controller, Get, Param, Query, Req, StreamableFile } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Request } from 'express';
import type { Answer } from '../../../../common/http/answer.js';
import { Exports, GetExport } from '../../exports/exports.js';
import { Frame } from '../../frame/frame.js';
import { ReportQuery, ReportView } from './report.view.js';
import { ReportsQuery, ReportsView } from './reports.view.js';

@ApiExcludeController()
@Controller('ui')
export class ReportsPageController {
  constructor(
    private readonly frame: Frame,
    private readonly reports: ReportsView,
    private readonly report: ReportView,
    private readonly exports: Exports,
  ) {}

  @Get('reports')
  list(@Query() query: ReportsQuery, @Req() request: Request): Promise<Answer> {
    return this.frame.show(request, this.reports.page(query));
  }

  @GetExport('reports/')
  export(@Param('ending') ending: string, @Query() query: ReportsQuery): Promise<StreamableFile> {
    return this.exports.file(ending, this.reports.export(query));
  }

  @Get('report/:id')
  show(@Param('id') id: string, @Query() query: ReportQuery, @Req() request: Request): Promise<Answer> {
    return this.frame.show(request, this.report.page(id, query));
  }
}
