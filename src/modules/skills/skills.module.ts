import { Module } from '@nestjs/common';
import { AgentItemsRepository } from './agent-items.repository.js';
import { AgentsRepository } from './agents.repository.js';
import { ChangesRepository } from './changes.repository.js';
import { ExtensionsController } from './extensions.controller.js';
import { ItemsRepository } from './items.repository.js';
import { SkillsController } from './skills.controller.js';
import { SkillsService } from './skills.service.js';
import { SkillsStream } from './skills.stream.js';
import { SyncController } from './sync.controller.js';
import { SyncService } from './sync.service.js';
import { HubTakeover } from './hub.takeover.js';

@Module({
  controllers: [SkillsController, ExtensionsController, SyncController],
  providers: [
    AgentItemsRepository,
    AgentsRepository,
    ChangesRepository,
    ItemsRepository,
    SkillsService,
    SkillsStream,
    SyncService,
    HubTakeover,
  ],
  exports: [SkillsService, SyncService],
})
export class SkillsModule {}
