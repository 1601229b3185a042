import { Injectable } from '@nestjs/common';
import { notFound } from '../../../../common/errors/domain-error.js';
import { ITEM_KINDS, type ItemHead, type ItemKind, type Skill } from '../../../skills/item.entity.js';
import { SkillsService } from '../../../skills/skills.service.js';
import { SyncService } from '../../../skills/sync.service.js';
import type { UiPage } from '../../frame/ui-page.js';

/** Contents may have megabytes; the rest of one is a link away. */
const CONTENT_CHARACTERS = 100_000;
const AGENTS = 100;

/** One skill or extension with its content, and which agents have it. */
@Injectable()
export class SkillView {
  constructor(
    private readonly skills: SkillsService,
    private readonly sync: SyncService,
  ) {}

  page(kind: string, name: string): UiPage {
    if (!isItemKind(kind)) throw notFound('there are only skills and extensions');
    const item = this.skills.head(kind, name);
    const live = `skills:${kind}/${name}`;
    return {
      template: 'skill',
      title: name,
      data: { kind, item },
      parts: {
        head: { live: [live], load: () => ({}) },
        content: { live: [live], load: () => this.content(kind, name) },
        agents: { live: [live, 'syncs'], load: () => this.agents(kind, item) },
      },
    };
  }

  private content(kind: ItemKind, name: string): object {
    const { content } = JSON.parse(this.skills.get(kind, name)) as Skill;
    return { content: content.slice(0, CONTENT_CHARACTERS), length: content.length };
  }

  private agents(kind: ItemKind, { name, version }: ItemHead): object {
    return {
      total: this.sync.countAgents(),
      spread: this.sync.spread(kind, name, version),
      agents: this.sync.agentsWith(kind, name, AGENTS),
    };
  }
}

function isItemKind(kind: string): kind is ItemKind {
  return (ITEM_KINDS as readonly string[]).includes(kind);
}
