import { Body, Controller, Delete, Get, HttpCode, HttpStatus, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { Answer } from '../../common/http/answer.js';
import { Needs } from '../../common/http/needs.js';
import { StoresRecord } from '../../common/idempotency/stores-record.js';
import { Deleted } from '../../common/openapi/deleted.entity.js';
import { ApiRefusal, ApiUnknown } from '../../common/openapi/refusals.js';
import { PageQuery } from '../../common/validation/time-range.dto.js';
import {
  AddArtifacts,
  AddNote,
  ApproveTask,
  CreateTask,
  ListTasks,
  RejectTask,
  SubmitForReview,
  UpdateTask,
} from './board.dto.js';
import { taskAnswer } from './board.answers.js';
import { BoardService } from './board.service.js';
import { ApiFenced, ApiIfMatch, type Conditions, TheConditions } from './conditions.js';
import { Note, NoteList, Task, TaskHistory, TaskList } from './task.entity.js';

@ApiTags('board')
@Controller('board')
export class BoardController {
  constructor(private readonly board: BoardService) {}

  /** Creates a task. */
  @Post('tasks')
  @StoresRecord()
  @Needs('agent')
  @ApiCreatedResponse({ type: Task })
  async create(@Body() task: CreateTask): Promise<Answer> {
    return taskAnswer(await this.board.create(task));
  }

  /** Lists tasks, newest first. */
  @Get('tasks')
  @ApiOkResponse({ type: TaskList })
  async list(@Query() query: ListTasks): Promise<Answer> {
    return Answer.list('tasks', await this.board.listInSlices(query));
  }

  /** Lists the tasks in review, latest change first. */
  @Get('review')
  @ApiOkResponse({ type: TaskList })
  reviewQueue(@Query() query: PageQuery): Answer {
    return Answer.list('tasks', this.board.reviewQueue(query));
  }

  /** Gives one task. */
  @Get(['tasks/:id', ':id'])
  @ApiOkResponse({ type: Task })
  @ApiUnknown('task not found')
  get(@Param('id') id: string): Answer {
    return taskAnswer(this.board.get(id));
  }

  /** Changes what is given. */
  @Patch('tasks/:id')
  @Needs('agent')
  @ApiOkResponse({ type: Task })
  @ApiUnknown('task not found')
  @ApiFenced()
  @ApiIfMatch()
  async update(
    @Param('id') id: string,
    @Body() changes: UpdateTask,
    @TheConditions() conditions: Conditions,
  ): Promise<Answer> {
    return taskAnswer(await this.board.update(id, changes, conditions));
  }

  /** Deletes a task. */
  @Delete('tasks/:id')
  @Needs('agent')
  @ApiOkResponse({ type: Deleted })
  @ApiUnknown('task not found')
  @ApiRefusal(HttpStatus.FORBIDDEN, 'an agent deletes no task that others wait for')
  @ApiFenced()
  @ApiIfMatch()
  remove(@Param('id') id: string, @TheConditions() conditions: Conditions): Promise<Deleted> {
    return this.board.remove(id, conditions);
  }

  /** Lists every change of a task, oldest first, as the log keeps it. */
  @Get('tasks/:id/history')
  @ApiOkResponse({ type: TaskHistory })
  @ApiUnknown('task not found')
  async history(@Param('id') id: string, @Query() query: PageQuery): Promise<Answer> {
    return Answer.list('changes', await this.board.history(id, query));
  }

  /** Adds a note to a task. */
  @Post('tasks/:id/notes')
  @StoresRecord()
  @Needs('agent')
  @ApiCreatedResponse({ type: Note })
  @ApiUnknown('task not found')
  addNote(@Param('id') id: string, @Body() note: AddNote): Promise<Note> {
    return this.board.addNote(id, note);
  }

  /** Lists a task's notes, oldest first. */
  @Get('tasks/:id/notes')
  @ApiOkResponse({ type: NoteList })
  @ApiUnknown('task not found')
  notes(@Param('id') id: string, @Query() query: PageQuery): Answer {
    return Answer.list('notes', this.board.notes(id, query));
  }

  /** Adds artifacts to a task. */
  @Post('tasks/:id/artifacts')
  @StoresRecord()
  @Needs('agent')
  @ApiCreatedResponse({ type: Task })
  @ApiUnknown('task not found')
  @ApiFenced()
  async addArtifacts(
    @Param('id') id: string,
    @Body() artifacts: AddArtifacts,
    @TheConditions() conditions: Conditions,
  ): Promise<Answer> {
    return taskAnswer(await this.board.addArtifacts(id, artifacts, conditions));
  }

  /** Hands a task in for review, with a summary that becomes a note. */
  @Post('tasks/:id/review')
  @StoresRecord()
  @Needs('agent')
  @HttpCode(HttpStatus.OK)
  @ApiOkResponse({ type: Task })
  @ApiUnknown('task not found')
  @ApiFenced()
  async submitForReview(
    @Param('id') id: string,
    @Body() submission: SubmitForReview,
    @TheConditions() conditions: Conditions,
  ): Promise<Answer> {
    return taskAnswer(await this.board.submitForReview(id, submission, conditions));
  }

  /** Approves a task: it is done. */
  @Post('tasks/:id/approve')
  @StoresRecord()
  @Needs('agent')
  @HttpCode(HttpStatus.OK)
  @ApiOkResponse({ type: Task })
  @ApiUnknown('task not found')
  @ApiFenced()
  async approve(
    @Param('id') id: string,
    @Body() approval: ApproveTask,
    @TheConditions() conditions: Conditions,
  ): Promise<Answer> {
    return taskAnswer(await this.board.approve(id, approval, conditions));
  }

  /** Rejects a task: it is open again. */
  @Post('tasks/:id/reject')
  @StoresRecord()
  @Needs('agent')
  @HttpCode(HttpStatus.OK)
  @ApiOkResponse({ type: Task })
  @ApiUnknown('task not found')
  @ApiFenced()
  async reject(
    @Param('id') id: string,
    @Body() rejection: RejectTask,
    @TheConditions() conditions: Conditions,
  ): Promise<Answer> {
    return taskAnswer(await this.board.reject(id, rejection, conditions));
  }

  /** Raises a task's score by one. */
  @Post('tasks/:id/bump')
  @StoresRecord()
  @Needs('agent')
  @HttpCode(HttpStatus.OK)
  @ApiOkResponse({ type: Task })
  @ApiUnknown('task not found')
  async bump(@Param('id') id: string): Promise<Answer> {
    return taskAnswer(await this.board.bump(id));
  }
}
