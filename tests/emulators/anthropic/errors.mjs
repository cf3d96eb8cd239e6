// Errors in the shape of the provider: {type: "error", error: {type, message}, request_id}.

const types = {
  400: "invalid_request_error",
  401: "authentication_error",
  403: "permission_error",
  404: "not_found_error",
  413: "request_too_large",
  429: "rate_limit_error",
  500: "api_error",
  529: "overloaded_error",
};

export class ApiError extends Error {
  constructor(status, message, headers = {}) {
    super(message);
    this.status = status;
    this.headers = headers;
    this.body = { type: "error", error: { type: types[status] ?? "api_error", message } };
  }
}

export const invalid = (message) => new ApiError(400, message);
