import { Body, Controller, Get, HttpStatus, Post, Query, Redirect, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import type { Answer } from '../../common/http/answer.js';
import { BodyForm } from '../../common/http/body.guard.js';
import { Needs } from '../../common/http/needs.js';
import { Public } from '../../common/http/public.js';
import { Pages } from '../../common/pages/pages.js';
import { themeOf } from '../../common/pages/theme.js';
import { LoginQuery, SignIn } from './login.dto.js';
import { LoginService } from './login.service.js';

const LOGIN_LIMIT_KIBIBYTES = 4;

@ApiExcludeController()
@Controller('ui')
export class LoginController {
  constructor(
    private readonly login: LoginService,
    private readonly pages: Pages,
  ) {}

  /** Only shows a page: whoever previews a link must not use it up. */
  @Public()
  @Get('login')
  show(@Query() { token }: LoginQuery, @Req() request: Request): Answer {
    return this.pages.page('login', { token, theme: themeOf(request) });
  }

  @Public()
  @Post('login')
  @BodyForm(LOGIN_LIMIT_KIBIBYTES)
  @Redirect('/ui/', HttpStatus.SEE_OTHER)
  signIn(
    @Body() { token = '' }: SignIn,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<void> {
    return this.login.signIn(token, request, response);
  }

  @Post('logout')
  @Needs('reader')
  @Redirect('/ui/login', HttpStatus.SEE_OTHER)
  signOut(@Req() request: Request, @Res({ passthrough: true }) response: Response): Promise<void> {
    return this.login.signOut(request, response);
  }
}
