import { Body, Controller, Delete, Get, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { Answer } from '../../common/http/answer.js';
import { BodyLimit } from '../../common/http/body.guard.js';
import { Needs } from '../../common/http/needs.js';
import { StoresRecord } from '../../common/idempotency/stores-record.js';
import { Deleted } from '../../common/openapi/deleted.entity.js';
import { ApiUnknown } from '../../common/openapi/refusals.js';
import { Extension, ExtensionList } from './item.entity.js';
import { ListExtensions, PublishExtension, UpdateExtension } from './skills.dto.js';
import { SkillsService } from './skills.service.js';

@ApiTags('skills')
@Controller('skills/extensions')
export class ExtensionsController {
  constructor(private readonly skills: SkillsService) {}

  /** Publishes an extension: a new name, or a new version of a known one. */
  @Post()
  @StoresRecord()
  @Needs('admin')
  @BodyLimit(12)
  @ApiCreatedResponse({ type: Extension })
  async publish(@Body() extension: PublishExtension): Promise<Answer> {
    return Answer.json(await this.skills.publish('extension', extension));
  }

  /** Lists extensions by name, with their content. */
  @Get()
  @ApiOkResponse({ type: ExtensionList })
  list(@Query() query: ListExtensions): Answer {
    return Answer.list('extensions', this.skills.list('extension', query));
  }

  /** Gives one extension. */
  @Get(':name')
  @ApiOkResponse({ type: Extension })
  @ApiUnknown('extension not found')
  get(@Param('name') name: string): Answer {
    return Answer.json(this.skills.get('extension', name));
  }

  /** Changes what is given; the version stays. */
  @Patch(':name')
  @Needs('admin')
  @ApiOkResponse({ type: Extension })
  @ApiUnknown('extension not found')
  async update(@Param('name') name: string, @Body() changes: UpdateExtension): Promise<Answer> {
    return Answer.json(await this.skills.update('extension', name, changes));
  }

  /** Takes an extension off the hub; when its name is published again, its versions go on. */
  @Delete(':name')
  @Needs('admin')
  @ApiOkResponse({ type: Deleted })
  @ApiUnknown('extension not found')
  remove(@Param('name') name: string): Promise<Deleted> {
    return this.skills.remove('extension', name);
  }
}
