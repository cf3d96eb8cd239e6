// Errors in the shapes of the provider: {errors: …} of the Admin API, {error, error_description} of
// OAuth.

export class ApiError extends Error {
  constructor(status, errors, headers = {}) {
    super(typeof errors === "string" ? errors : JSON.stringify(errors));
    this.status = status;
    this.headers = headers;
    this.body = { errors };
  }
}

export class OauthError extends Error {
  constructor(status, error, description) {
    super(description);
    this.status = status;
    this.headers = {};
    this.body = { error, error_description: description };
  }
}

export const notFound = () => new ApiError(404, "Not Found");

export const unauthorized = () =>
  new ApiError(401, "[API] Invalid API key or access token (unrecognized login or wrong password)");

export const missingScope = (scope) =>
  new ApiError(403, `[API] This action requires merchant approval for ${scope} scope.`);

// An error at a field of a GraphQL answer.
export class FieldError extends Error {
  constructor(message, extensions) {
    super(message);
    this.extensions = extensions;
  }
}

export const badRequest = (message) => new FieldError(message, { code: "BAD_REQUEST" });
