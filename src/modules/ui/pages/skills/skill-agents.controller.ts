import { Controller, Get, Param, Query, Req, StreamableFile } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Request } from 'express';
import type { Answer } from '../../../../common/http/answer.js';
import { Exports, GetExport } from '../../exports/exports.js';
import { Frame } from '../../frame/frame.js';
import { SkillAgentsQuery, SkillAgentsView } from './skill-agents.view.js';

@ApiExcludeController()
@Controller('ui/skills/agents')
export class SkillAgentsController {
  constructor(
    private readonly frame: Frame,
    private readonly agents: SkillAgentsView,
    private readonly exports: Exports,
  ) {}

  @Get()
  list(@Query() query: SkillAgentsQuery, @Req() request: Request): Promise<Answer> {
    return this.frame.show(request, this.agents.page(query));
  }

  @GetExport()
  export(@Param('ending') ending: string): Promise<StreamableFile> {
    return this.exports.file(ending, this.agents.export());
  }

  @Get(':agentId')
  show(@Param('agentId') agentId: string, @Req() request: Request): Promise<Answer> {
    return this.frame.show(request, this.agents.agent(agentId));
  }
}
