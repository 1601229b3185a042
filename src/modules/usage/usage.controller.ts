import { Body, Controller, Get, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { Answer } from '../../common/http/answer.js';
import { Needs } from '../../common/http/needs.js';
import { StoresRecord } from '../../common/idempotency/stores-record.js';
import { UsageReportService } from './usage-report.service.js';
import { UsageSession, UsageSessionList } from './usage-session.entity.js';
import { UsageSeries, UsageSummary } from './usage-summary.entity.js';
import { UsageVm, UsageVmList } from './usage-vm.entity.js';
import { ListSessions, ListUsageVms, RangeQuery, RecordSession, RecordVm, SeriesQuery } from './usage.dto.js';
import { UsageService } from './usage.service.js';

@ApiTags('usage')
@Controller('usage')
export class UsageController {
  constructor(
    private readonly usage: UsageService,
    private readonly reports: UsageReportService,
  ) {}

  /** Sums up tokens, cost and sessions of a range, in all and by agent, model and parent agent. */
  @Get()
  @ApiOkResponse({ type: UsageSummary })
  async summary(@Query() query: RangeQuery): Promise<Answer> {
    return Answer.json(await this.reports.summary(query));
  }

  /** Sums up the same by hour or day, at most 10,000 rows: buckets, or names in buckets. */
  @Get('series')
  @ApiOkResponse({ type: UsageSeries })
  async series(@Query() query: SeriesQuery): Promise<Answer> {
    return Answer.json(await this.reports.series(query));
  }

  /** Records a session; the same `sessionId`, `agent` and `startedAt` again replaces the record. */
  @Post('sessions')
  @StoresRecord()
  @Needs('agent')
  @ApiCreatedResponse({ type: UsageSession })
  recordSession(@Body() session: RecordSession): Promise<UsageSession> {
    return this.usage.recordSession(session);
  }

  /** Lists sessions, latest start first. */
  @Get('sessions')
  @ApiOkResponse({ type: UsageSessionList })
  async listSessions(@Query() query: ListSessions): Promise<Answer> {
    return Answer.list('sessions', await this.usage.listSessions(query));
  }

  /** Records a VM, or with `destroyedAt` the end of one that is known. */
  @Post('vms')
  @StoresRecord()
  @Needs('agent')
  @ApiCreatedResponse({ type: UsageVm })
  recordVm(@Body() vm: RecordVm): Promise<UsageVm> {
    return this.usage.recordVm(vm);
  }

  /** Lists records of VMs, latest creation first. */
  @Get('vms')
  @ApiOkResponse({ type: UsageVmList })
  async listVms(@Query() query: ListUsageVms): Promise<Answer> {
    return Answer.list('vms', await this.usage.listVms(query));
  }
}
