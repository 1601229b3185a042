import { Body, Controller, Get, HttpCode, HttpStatus, Param, Post, Query } from '@nestjs/common';
import { ApiExtraModels, ApiOkResponse, ApiTags, getSchemaPath } from '@nestjs/swagger';
import { Answer } from '../../common/http/answer.js';
import { HungUp } from '../../common/http/hung-up.js';
import { Needs } from '../../common/http/needs.js';
import { StoresRecord } from '../../common/idempotency/stores-record.js';
import { ApiRefusal, ApiUnknown } from '../../common/openapi/refusals.js';
import { PageQuery } from '../../common/validation/time-range.dto.js';
import { claimAnswer, nextAnswer, renewalAnswer, taskAnswer } from './board.answers.js';
import { ClaimQueue } from './claim-queue.js';
import { ClaimNextTask, ClaimTask, CompleteTask, FailTask, ListReady, ReleaseTask, RenewLease } from './claims.dto.js';
import { ClaimsService } from './claims.service.js';
import { ApiFenced, type Conditions, TheConditions } from './conditions.js';
import { Claim, LeaseList, NoTask, Renewal } from './lease.entity.js';
import { LeaseRefusal } from './lease-refusal.entity.js';
import { Task, TaskList } from './task.entity.js';

@ApiTags('board')
@Controller('board')
export class ClaimsController {
  constructor(
    private readonly claims: ClaimsService,
    private readonly queue: ClaimQueue,
  ) {}

  /** Lists the tasks that can be begun: open, held by nobody, waiting for nothing; by priority, score and age. */
  @Get('ready')
  @ApiOkResponse({ type: TaskList })
  ready(@Query() query: ListReady): Answer {
    return Answer.list('tasks', this.claims.readyQueue(query));
  }

  /** Lists who holds which task, by agent. */
  @Get('leases')
  @ApiOkResponse({ type: LeaseList })
  leases(@Query() query: PageQuery): Answer {
    return Answer.list('leases', this.claims.list(query));
  }

  /** Lists the tasks that failed too often, newest first. */
  @Get('dead-letters')
  @ApiOkResponse({ type: TaskList })
  deadLetters(@Query() query: PageQuery): Answer {
    return Answer.list('tasks', this.claims.deadLetters(query));
  }

  /** Claims the first ready task, or waits for one. */
  @Post('claim')
  @StoresRecord()
  @Needs('agent')
  @HttpCode(HttpStatus.OK)
  @ApiExtraModels(NoTask)
  @ApiOkResponse({ schema: { oneOf: [{ $ref: getSchemaPath(Claim) }, { $ref: getSchemaPath(NoTask) }] } })
  async claimNext(@Body() { waitSeconds = 0, ...wish }: ClaimNextTask, @HungUp() hungUp: AbortSignal): Promise<Answer> {
    return nextAnswer(await this.queue.next(wish, waitSeconds, hungUp));
  }

  /** Claims a task; one that the same session holds gets its lease renewed. */
  @Post('tasks/:id/claim')
  @StoresRecord()
  @Needs('agent')
  @HttpCode(HttpStatus.OK)
  @ApiOkResponse({ type: Claim })
  @ApiUnknown('task not found')
  @ApiRefusal(HttpStatus.CONFLICT, 'it cannot be had, and `code` says why', LeaseRefusal)
  async claim(@Param('id') id: string, @Body() claim: ClaimTask): Promise<Answer> {
    return claimAnswer(await this.claims.claim(id, claim));
  }

  /** Lets a lease run anew from now on. */
  @Post('tasks/:id/renew')
  @StoresRecord()
  @Needs('agent')
  @HttpCode(HttpStatus.OK)
  @ApiOkResponse({ type: Renewal })
  @ApiUnknown('task not found')
  @ApiFenced()
  async renew(
    @Param('id') id: string,
    @Body() renewal: RenewLease,
    @TheConditions() conditions: Conditions,
  ): Promise<Answer> {
    return renewalAnswer(await this.claims.renew(id, renewal, conditions));
  }

  /** Gives a task back: it is open again. */
  @Post('tasks/:id/release')
  @StoresRecord()
  @Needs('agent')
  @HttpCode(HttpStatus.OK)
  @ApiOkResponse({ type: Task })
  @ApiUnknown('task not found')
  @ApiFenced()
  async release(
    @Param('id') id: string,
    @Body() release: ReleaseTask,
    @TheConditions() conditions: Conditions,
  ): Promise<Answer> {
    return taskAnswer(await this.claims.release(id, release, conditions));
  }

  /** Finishes a task: it is done. */
  @Post('tasks/:id/complete')
  @StoresRecord()
  @Needs('agent')
  @HttpCode(HttpStatus.OK)
  @ApiOkResponse({ type: Task })
  @ApiUnknown('task not found')
  @ApiFenced()
  async complete(
    @Param('id') id: string,
    @Body() completion: CompleteTask,
    @TheConditions() conditions: Conditions,
  ): Promise<Answer> {
    return taskAnswer(await this.claims.complete(id, completion, conditions));
  }

  /** Gives a task up: the attempt counts, and it is open again or, after the last one, a dead letter. */
  @Post('tasks/:id/fail')
  @StoresRecord()
  @Needs('agent')
  @HttpCode(HttpStatus.OK)
  @ApiOkResponse({ type: Task })
  @ApiUnknown('task not found')
  @ApiFenced()
  async fail(
    @Param('id') id: string,
    @Body() failure: FailTask,
    @TheConditions() conditions: Conditions,
  ): Promise<Answer> {
    return taskAnswer(await this.claims.fail(id, failure, conditions));
  }
}
