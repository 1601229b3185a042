import { ApiProperty } from '@nestjs/swagger';
import { ErrorBody } from '../../common/openapi/refusals.js';
import { TASK_STATUSES, type TaskStatus } from './task.entity.js';

/** Why a task cannot be had, or is not held. */
export const LEASE_REFUSALS = ['held', 'blocked', 'not_claimable', 'at_capacity', 'lease_lost'] as const;
export type LeaseRefusalCode = (typeof LEASE_REFUSALS)[number];

/** What a refusal answers that has to do with who holds a task. */
export class LeaseRefusal extends ErrorBody {
  @ApiProperty({ enum: [...LEASE_REFUSALS], enumName: 'LeaseRefusalCode', required: false, example: 'held' })
  code?: LeaseRefusalCode;

  /**
   * Who holds the task.
   * @example builder-1
   */
  holder?: string;

  /**
   * For how long at the least, unless it is renewed.
   * @example 840
   */
  secondsLeft?: number;

  /**
   * What the task waits for.
   * @example ["01K9XW5T3V8Z6Q2N4M7P1R0SAA"]
   */
  blockedBy?: string[];

  @ApiProperty({ enum: [...TASK_STATUSES], enumName: 'TaskStatus', required: false, description: 'What the task is.' })
  status?: TaskStatus;
}
