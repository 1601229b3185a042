import { Body, Controller, Delete, Get, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { Answer } from '../../common/http/answer.js';
import { Needs } from '../../common/http/needs.js';
import { StoresRecord } from '../../common/idempotency/stores-record.js';
import { ApiNextCursorHeader } from '../../common/openapi/lists.js';
import { ApiUnknown } from '../../common/openapi/refusals.js';
import { ApiEventStream } from '../../common/openapi/streams.js';
import { FeedCleared, FeedEvent, FeedStats } from './event.entity.js';
import { ListEvents, PublishEvent, StreamEvents } from './feed.dto.js';
import { FeedService } from './feed.service.js';
import { FeedStream } from './feed.stream.js';

@ApiTags('feed')
@Controller('feed')
export class FeedController {
  constructor(
    private readonly feed: FeedService,
    private readonly feedStream: FeedStream,
  ) {}

  /** Publishes an event to everyone. */
  @Post('events')
  @StoresRecord()
  @Needs('agent')
  @ApiCreatedResponse({ type: FeedEvent })
  async publish(@Body() event: PublishEvent): Promise<Answer> {
    return Answer.json(await this.feed.publish(event));
  }

  /** Lists the newest events, oldest first. */
  @Get('events')
  @ApiOkResponse({ type: [FeedEvent], ...ApiNextCursorHeader })
  async list(@Query() query: ListEvents): Promise<Answer> {
    return Answer.array(await this.feed.listInSlices(query));
  }

  /** Empties the feed; the events are kept in the server's archive, and ids go on growing. */
  @Delete('events')
  @Needs('admin')
  @ApiOkResponse({ type: FeedCleared })
  clear(): Promise<FeedCleared> {
    return this.feed.clear();
  }

  /** Gives one event. */
  @Get('events/:id')
  @ApiOkResponse({ type: FeedEvent })
  @ApiUnknown('event not found')
  get(@Param('id') id: string): Answer {
    return Answer.json(this.feed.get(id));
  }

  /** Counts events by agent and type; the counts are kept, not made per request. */
  @Get('stats')
  @ApiOkResponse({ type: FeedStats })
  stats(): Answer {
    return Answer.json(this.feed.stats());
  }

  /** Streams events as they happen, after a cursor first those that were missed. */
  @Get('stream')
  @ApiEventStream(FeedEvent)
  stream(@Query() query: StreamEvents, @Req() request: Request, @Res() response: Response): void {
    return this.feedStream.open(request, response, query);
  }
}
