import { Module } from '@nestjs/common';
import { CommitsController } from './commits.controller.js';
import { CommitsRepository } from './commits.repository.js';
import { CommitsService } from './commits.service.js';
import { CommitsTakeover } from './commits.takeover.js';

@Module({
  controllers: [CommitsController],
  providers: [CommitsRepository, CommitsService, CommitsTakeover],
  exports: [CommitsService],
})
export class CommitsModule {}
