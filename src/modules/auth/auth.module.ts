import { Module } from '@nestjs/common';
import { AuthController } from './auth.controller.js';
import { AuthGuard } from './auth.guard.js';
import { BearerService } from './bearer.service.js';
import { LoginController } from './login.controller.js';
import { LoginService } from './login.service.js';
import { MagicLinksService } from './magic-links.service.js';
import { SessionsService } from './sessions.service.js';
import { SignInRepository } from './sign-in.repository.js';

@Module({
  controllers: [AuthController, LoginController],
  providers: [AuthGuard, BearerService, LoginService, MagicLinksService, SessionsService, SignInRepository],
})
export class AuthModule {}
