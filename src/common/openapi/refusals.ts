import { applyDecorators, HttpStatus } from '@nestjs/common';
import { ApiProperty, ApiResponse } from '@nestjs/swagger';

/** One field of the input and what is wrong with it. */
class FieldProblemBody {
  @ApiProperty({ example: 'title' })
  field!: string;

  @ApiProperty({ example: 'title is required' })
  message!: string;
}

/** What every error answers. */
export class ErrorBody {
  @ApiProperty({ description: 'One sentence that a person understands.', example: 'title is required' })
  error!: string;

  @ApiProperty({ type: [FieldProblemBody], required: false, description: 'What is wrong with each field, if known.' })
  details?: FieldProblemBody[];
}

/** Documents one refusal of a handler; those that all handlers share are added by `app.openapi.ts`. */
export const ApiRefusal = (status: HttpStatus, description: string, type = ErrorBody): MethodDecorator =>
  applyDecorators(ApiResponse({ status, description, type }));

/** Documents the 404 of an unknown id. */
export const ApiUnknown = (description: string): MethodDecorator => ApiRefusal(HttpStatus.NOT_FOUND, description);
