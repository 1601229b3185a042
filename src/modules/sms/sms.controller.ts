import { applyDecorators, Body, Controller, HttpCode, HttpStatus, Post, UseFilters, UseGuards } from '@nestjs/common';
import { ApiHeader, ApiOkResponse, ApiProduces, ApiResponse, ApiTags } from '@nestjs/swagger';
import { Answer } from '../../common/http/answer.js';
import { BodyForm } from '../../common/http/body.guard.js';
import { Public } from '../../common/http/public.js';
import { IncomingSms } from './sms.dto.js';
import { SmsService } from './sms.service.js';
import { TwilioGuard } from './twilio.guard.js';
import { twiml } from './twiml.js';
import { TwimlFilter } from './twiml.filter.js';

const FORM_LIMIT_KIBIBYTES = 64;

const REFUSALS: [HttpStatus, description: string][] = [
  [HttpStatus.BAD_REQUEST, 'the message is empty, or the form cannot be read'],
  [HttpStatus.FORBIDDEN, 'the signature is missing or wrong, or the number is not allowed'],
  [HttpStatus.PAYLOAD_TOO_LARGE, `the form is larger than ${FORM_LIMIT_KIBIBYTES} KiB`],
  [HttpStatus.TOO_MANY_REQUESTS, 'too many wrong signatures from this address; see `Retry-After`'],
  [HttpStatus.SERVICE_UNAVAILABLE, 'text messages are off, or the disk refuses writes'],
];

const ApiTwiml = (): MethodDecorator =>
  applyDecorators(
    ApiProduces('text/xml'),
    ApiHeader({ name: 'X-Twilio-Signature', required: true, description: "Twilio's signature of URL and form." }),
    ApiOkResponse({ type: String }),
    ...REFUSALS.map(([status, description]) => ApiResponse({ status, description, type: String })),
  );

@ApiTags('sms')
@Controller('twilio')
export class SmsController {
  constructor(private readonly sms: SmsService) {}

  /** Takes a text message from Twilio and answers with TwiML that names the id of what was made; refusals are TwiML too. */
  @Public()
  @Post('webhook')
  @HttpCode(HttpStatus.OK)
  @BodyForm(FORM_LIMIT_KIBIBYTES)
  @UseGuards(TwilioGuard)
  @UseFilters(TwimlFilter)
  @ApiTwiml()
  async receive(@Body() message: IncomingSms): Promise<Answer> {
    return Answer.xml(twiml(await this.sms.receive(message)));
  }
}
