import { Controller, Get, Param, Query, Req, StreamableFile } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Request } from 'express';
import type { Answer } from '../../../../common/http/answer.js';
import { Exports, GetExport } from '../../exports/exports.js';
import { Frame } from '../../frame/frame.js';
import { SkillView } from './skill.view.js';
import { SkillsQuery, SkillsView } from './skills.view.js';

@ApiExcludeController()
@Controller('ui/skills')
export class SkillsPageController {
  constructor(
    private readonly frame: Frame,
    private readonly skills: SkillsView,
    private readonly skill: SkillView,
    private readonly exports: Exports,
  ) {}

  @Get()
  list(@Query() query: SkillsQuery, @Req() request: Request): Promise<Answer> {
    return this.frame.show(request, this.skills.page(query));
  }

  @GetExport()
  export(@Param('ending') ending: string, @Query() query: SkillsQuery): Promise<StreamableFile> {
    return this.exports.file(ending, this.skills.export(query));
  }

  @Get(':kind/:name')
  show(@Param('kind') kind: string, @Param('name') name: string, @Req() request: Request): Promise<Answer> {
    return this.frame.show(request, this.skill.page(kind, name));
  }
}
