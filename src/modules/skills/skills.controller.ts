import { Body, Controller, Delete, Get, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { Answer } from '../../common/http/answer.js';
import { BodyLimit } from '../../common/http/body.guard.js';
import { Needs } from '../../common/http/needs.js';
import { StoresRecord } from '../../common/idempotency/stores-record.js';
import { Deleted } from '../../common/openapi/deleted.entity.js';
import { ApiUnknown } from '../../common/openapi/refusals.js';
import { Skill, SkillList } from './item.entity.js';
import { ListSkills, PublishSkill, UpdateSkill } from './skills.dto.js';
import { SkillsService } from './skills.service.js';

@ApiTags('skills')
@Controller('skills/items')
export class SkillsController {
  constructor(private readonly skills: SkillsService) {}

  /** Publishes a skill: a new name, or a new version of a known one. */
  @Post()
  @StoresRecord()
  @Needs('admin')
  @BodyLimit(12)
  @ApiCreatedResponse({ type: Skill })
  async publish(@Body() skill: PublishSkill): Promise<Answer> {
    return Answer.json(await this.skills.publish('skill', skill));
  }

  /** Lists skills by name, with their content. */
  @Get()
  @ApiOkResponse({ type: SkillList })
  list(@Query() query: ListSkills): Answer {
    return Answer.list('skills', this.skills.list('skill', query));
  }

  /** Gives one skill. */
  @Get(':name')
  @ApiOkResponse({ type: Skill })
  @ApiUnknown('skill not found')
  get(@Param('name') name: string): Answer {
    return Answer.json(this.skills.get('skill', name));
  }

  /** Changes what is given; the version stays. */
  @Patch(':name')
  @Needs('admin')
  @ApiOkResponse({ type: Skill })
  @ApiUnknown('skill not found')
  async update(@Param('name') name: string, @Body() changes: UpdateSkill): Promise<Answer> {
    return Answer.json(await this.skills.update('skill', name, changes));
  }

  /** Takes a skill off the hub; when its name is published again, its versions go on. */
  @Delete(':name')
  @Needs('admin')
  @ApiOkResponse({ type: Deleted })
  @ApiUnknown('skill not found')
  remove(@Param('name') name: string): Promise<Deleted> {
    return this.skills.remove('skill', name);
  }
}
