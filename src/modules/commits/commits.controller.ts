import { Body, Controller, Delete, Get, HttpStatus, Param, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { Answer } from '../../common/http/answer.js';
import { type Caller, TheCaller } from '../../common/http/caller.js';
import { Needs } from '../../common/http/needs.js';
import { StoresRecord } from '../../common/idempotency/stores-record.js';
import { Deleted } from '../../common/openapi/deleted.entity.js';
import { ApiRefusal, ApiUnknown } from '../../common/openapi/refusals.js';
import { Commit, CommitList } from './commit.entity.js';
import { ListCommits, RecordCommit } from './commits.dto.js';
import { CommitsService } from './commits.service.js';

@ApiTags('commits')
@Controller('commits')
export class CommitsController {
  constructor(private readonly commits: CommitsService) {}

  /** Records a snapshot of a VM. */
  @Post()
  @StoresRecord()
  @Needs('agent')
  @ApiCreatedResponse({ type: Commit })
  @ApiRefusal(HttpStatus.CONFLICT, 'commit already recorded')
  async record(@Body() commit: RecordCommit): Promise<Answer> {
    return Answer.json(await this.commits.record(commit));
  }

  /** Lists commits, newest first. */
  @Get()
  @ApiOkResponse({ type: CommitList })
  list(@Query() query: ListCommits): Answer {
    return Answer.list('commits', this.commits.list(query));
  }

  /** Gives one commit by its own id. */
  @Get(':commitId')
  @ApiOkResponse({ type: Commit })
  @ApiUnknown('Commit not found')
  get(@Param('commitId') commitId: string): Answer {
    return Answer.json(this.commits.get(commitId));
  }

  /** Takes a commit off the ledger; the snapshot itself stays. */
  @Delete(':commitId')
  @Needs('agent')
  @ApiOkResponse({ type: Deleted })
  @ApiUnknown('Commit not found')
  @ApiRefusal(HttpStatus.FORBIDDEN, "an agent deletes no other's commits")
  remove(@Param('commitId') commitId: string, @TheCaller() caller: Caller): Promise<Deleted> {
    return this.commits.remove(commitId, caller);
  }
}
