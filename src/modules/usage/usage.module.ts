import { Module } from '@nestjs/common';
import { SessionRepository } from './session.repository.js';
import { UsageOverviewRepository } from './usage-overview.repository.js';
import { UsageOverviewService } from './usage-overview.service.js';
import { UsageReportService } from './usage-report.service.js';
import { UsageSumsRepository } from './usage-sums.repository.js';
import { UsageVmRepository } from './usage-vm.repository.js';
import { UsageController } from './usage.controller.js';
import { UsageDatabase } from './usage.database.js';
import { UsageService } from './usage.service.js';
import { UsageTakeover } from './usage.takeover.js';

@Module({
  controllers: [UsageController],
  providers: [
    UsageDatabase,
    SessionRepository,
    UsageVmRepository,
    UsageSumsRepository,
    UsageService,
    UsageReportService,
    UsageTakeover,
    UsageOverviewRepository,
    UsageOverviewService,
  ],
  exports: [UsageService, UsageReportService, UsageOverviewService],
})
export class UsageModule {}
