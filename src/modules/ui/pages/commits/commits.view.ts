import { Injectable } from '@nestjs/common';
import { OmitType } from '@nestjs/swagger';
import type { Commit } from '../../../commits/commit.entity.js';
import { ListCommits } from '../../../commits/commits.dto.js';
import { CommitsService } from '../../../commits/commits.service.js';
import type { ExportedList } from '../../exports/exports.js';
import { instantField } from '../../frame/range.js';
import { records } from '../../frame/records.js';
import type { UiPage } from '../../frame/ui-page.js';

const PAGE_ITEMS = 50;
const COLUMNS = [
  'id',
  'timestamp',
  'commitId',
  'vmId',
  'label',
  'agent',
  'tags',
  'metadata',
] satisfies (keyof Commit)[];

export class CommitsQuery extends OmitType(ListCommits, ['limit'] as const) {}

/** Snapshots of VMs, newest first. */
@Injectable()
export class CommitsView {
  constructor(private readonly commits: CommitsService) {}

  page(query: CommitsQuery): UiPage {
    return {
      template: 'commits',
      title: 'Commits',
      data: { query, since: instantField(query.since) },
      parts: {
        list: {
          live: ['commits'],
          load: () => records<Commit>(this.commits.list({ ...query, limit: PAGE_ITEMS })),
        },
      },
    };
  }

  export(query: CommitsQuery): ExportedList {
    return { name: 'commits', columns: COLUMNS, page: (at) => this.commits.list({ ...query, ...at }) };
  }

  /** The page of one commit. */
  commit(commitId: string): UiPage {
    const commit = JSON.parse(this.commits.get(commitId)) as Commit;
    return { template: 'commit', title: (commit.label || commit.commitId).slice(0, 80), data: { commit }, parts: {} };
  }
}
