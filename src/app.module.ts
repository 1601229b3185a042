import { DynamicModule, Module } from '@nestjs/common';
import type { Config } from './common/config/config.js';
import { ConfigModule } from './common/config/config.module.js';
import { HttpModule } from './common/http/http.module.js';
import { PagesModule } from './common/pages/pages.module.js';
import { StorageModule } from './common/storage/storage.module.js';
import { TakeoverModule } from './common/takeover/takeover.module.js';
import { AuthModule } from './modules/auth/auth.module.js';
import { BoardModule } from './modules/board/board.module.js';
import { CommitsModule } from './modules/commits/commits.module.js';
import { FeedModule } from './modules/feed/feed.module.js';
import { HealthModule } from './modules/health/health.module.js';
import { JournalModule } from './modules/journal/journal.module.js';
import { LogModule } from './modules/log/log.module.js';
import { RegistryModule } from './modules/registry/registry.module.js';
import { ReportsModule } from './modules/reports/reports.module.js';
import { SkillsModule } from './modules/skills/skills.module.js';
import { SmsModule } from './modules/sms/sms.module.js';
import { StatusModule } from './modules/status/status.module.js';
import { UiModule } from './modules/ui/ui.module.js';
import { UsageModule } from './modules/usage/usage.module.js';

@Module({})
export class AppModule {
  static with(config: Config): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ConfigModule.with(config),
        StorageModule,
        TakeoverModule,
        PagesModule,
        AuthModule,
        HealthModule,
        BoardModule,
        FeedModule,
        LogModule,
        JournalModule,
        RegistryModule,
        SkillsModule,
        CommitsModule,
        UsageModule,
        StatusModule,
        SmsModule,
        ReportsModule,
        UiModule,
        // Last: its fallback route takes what no other answers.
        HttpModule,
      ],
    };
  }
}
