import { Controller, Get, Query, Req } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Request } from 'express';
import type { Answer } from '../../common/http/answer.js';
import { Frame } from './frame.js';
import { TasksQuery, TasksView } from './tasks.view.js';

@ApiExcludeController()
@Controller('ui/tasks')
export class TasksController {
  constructor(
    private readonly frame: Frame,
    private readonly tasks: TasksView,
  ) {}

  @Get()
  list(@Query() query: TasksQuery, @Req() request: Request): Promise<Answer> {
    return this.frame.show(request, this.tasks.page(query));
  }
}
