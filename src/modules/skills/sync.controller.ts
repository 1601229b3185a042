import { Body, Controller, Get, HttpCode, HttpStatus, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { Answer } from '../../common/http/answer.js';
import { Needs } from '../../common/http/needs.js';
import { ApiUnknown } from '../../common/openapi/refusals.js';
import { ApiEventStream } from '../../common/openapi/streams.js';
import { StreamQuery } from '../../common/sse/stream.dto.js';
import { PageQuery } from '../../common/validation/time-range.dto.js';
import { HubChange } from './item.entity.js';
import { SyncReport } from './skills.dto.js';
import { SkillsStream } from './skills.stream.js';
import { AgentInventory, AgentList, Manifest, SyncUpdates } from './sync.entity.js';
import { SyncService } from './sync.service.js';

@ApiTags('skills')
@Controller('skills')
export class SyncController {
  constructor(
    private readonly hub: SyncService,
    private readonly changes: SkillsStream,
  ) {}

  /** Names all that is enabled, with versions. */
  @Get('manifest')
  @ApiOkResponse({ type: Manifest })
  manifest(): Manifest {
    return this.hub.manifest();
  }

  /** Keeps what an agent says that it has, and says what it has to install, update and remove. */
  @Post('sync')
  @Needs('agent')
  @HttpCode(HttpStatus.OK)
  @ApiOkResponse({ type: SyncUpdates })
  sync(@Body() report: SyncReport): Promise<SyncUpdates> {
    return this.hub.sync(report);
  }

  /** Lists the last report of each agent, latest first. */
  @Get('agents')
  @ApiOkResponse({ type: AgentList })
  agents(@Query() query: PageQuery): Answer {
    return Answer.list('agents', this.hub.list(query));
  }

  /** Gives the last report of one agent. */
  @Get('agents/:agentId')
  @ApiOkResponse({ type: AgentInventory })
  @ApiUnknown('agent not found')
  agent(@Param('agentId') agentId: string): Answer {
    return Answer.json(this.hub.agent(agentId));
  }

  /** Streams changes as they happen, after a cursor first those that were missed. */
  @Get('stream')
  @ApiEventStream(HubChange)
  stream(@Query() query: StreamQuery, @Req() request: Request, @Res() response: Response): void {
    return this.changes.open(request, response, query);
  }
}
