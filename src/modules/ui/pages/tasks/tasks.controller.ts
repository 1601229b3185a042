import { Controller, Get, Param, Query, Req, StreamableFile } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Request } from 'express';
import type { Answer } from '../../../../common/http/answer.js';
import { Exports, GetExport } from '../../exports/exports.js';
import { Frame } from '../../frame/frame.js';
import { TaskQuery, TaskView } from './task.view.js';
import { TasksQuery, TasksView } from './tasks.view.js';

@ApiExcludeController()
@Controller('ui/tasks')
export class TasksController {
  constructor(
    private readonly frame: Frame,
    private readonly tasks: TasksView,
    private readonly task: TaskView,
    private readonly exports: Exports,
  ) {}

  @Get()
  list(@Query() query: TasksQuery, @Req() request: Request): Promise<Answer> {
    return this.frame.show(request, this.tasks.page(query));
  }

  @GetExport()
  export(@Param('ending') ending: string, @Query() query: TasksQuery): Promise<StreamableFile> {
    return this.exports.file(ending, this.tasks.export(query));
  }

  @Get(':id')
  show(@Param('id') id: string, @Query() query: TaskQuery, @Req() request: Request): Promise<Answer> {
    return this.frame.show(request, this.task.page(id, query));
  }
}
