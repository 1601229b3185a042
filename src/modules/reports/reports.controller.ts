import { Body, Controller, Delete, Get, HttpStatus, Param, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { Answer } from '../../common/http/answer.js';
import { BodyLimit } from '../../common/http/body.guard.js';
import { type Caller, TheCaller } from '../../common/http/caller.js';
import { Needs } from '../../common/http/needs.js';
import { StoresRecord } from '../../common/idempotency/stores-record.js';
import { Deleted } from '../../common/openapi/deleted.entity.js';
import { ApiRefusal, ApiUnknown } from '../../common/openapi/refusals.js';
import { Report, ReportList } from './report.entity.js';
import { ListReports, WriteReport } from './reports.dto.js';
import { ReportsService } from './reports.service.js';

@ApiTags('reports')
@Controller('reports')
export class ReportsController {
  constructor(private readonly reports: ReportsService) {}

  /** Stores a report in Markdown. */
  @Post()
  @StoresRecord()
  @Needs('agent')
  @BodyLimit(3)
  @ApiCreatedResponse({ type: Report })
  async create(@Body() report: WriteReport): Promise<Answer> {
    return Answer.json(await this.reports.create(report));
  }

  /** Lists reports without their content, newest first. */
  @Get()
  @ApiOkResponse({ type: ReportList })
  list(@Query() query: ListReports): Answer {
    return Answer.list('reports', this.reports.list(query));
  }

  /** Gives one report with its content. */
  @Get(':id')
  @ApiOkResponse({ type: Report })
  @ApiUnknown('report not found')
  get(@Param('id') id: string): Answer {
    return Answer.json(this.reports.get(id));
  }

  /** Deletes a report and all links to it. */
  @Delete(':id')
  @Needs('agent')
  @ApiOkResponse({ type: Deleted })
  @ApiUnknown('report not found')
  @ApiRefusal(HttpStatus.FORBIDDEN, "an agent deletes no other's reports")
  remove(@Param('id') id: string, @TheCaller() caller: Caller): Promise<Deleted> {
    return this.reports.remove(id, caller);
  }
}
