import { Module } from '@nestjs/common';
import { RegistryController } from './registry.controller.js';
import { RegistryRepository } from './registry.repository.js';
import { RegistryService } from './registry.service.js';
import { RegistryTakeover } from './registry.takeover.js';

@Module({
  controllers: [RegistryController],
  providers: [RegistryRepository, RegistryService, RegistryTakeover],
  exports: [RegistryService],
})
export class RegistryModule {}
