import { Module } from '@nestjs/common';
import { AuthController } from './auth.controller.js';
import { AuthGuard } from './auth.guard.js';
import { BearerService } from './bearer.service.js';
import { KeyHoldersService } from './key-holders.service.js';
import { KeysController } from './keys.controller.js';
import { KeysRepository } from './keys.repository.js';
import { KeysService } from './keys.service.js';
import { LoginController } from './login.controller.js';
import { LoginService } from './login.service.js';
import { MagicLinksService } from './magic-links.service.js';
import { OpenAnswers } from './open-answers.js';
import { SessionsService } from './sessions.service.js';
import { SignInRepository } from './sign-in.repository.js';

@Module({
  controllers: [AuthController, KeysController, LoginController],
  providers: [
    AuthGuard,
    BearerService,
    KeyHoldersService,
    KeysRepository,
    KeysService,
    LoginService,
    MagicLinksService,
    OpenAnswers,
    SessionsService,
    SignInRepository,
  ],
  exports: [KeysService],
})
export class AuthModule {}
