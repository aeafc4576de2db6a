export interface Auth {
  /** Issues a token, which makes all older ones void. */
  issue(): Promise<Token>;
}

export interface Token {
  /** Counts up: of two tokens the one with the higher number is the newer. */
  readonly serial: number;
  readonly lifeMs: number;
}

const REFRESH_BEFORE_MS = 20;
const REQUEST_TIMEOUT_MS = 20;

/** Always has a token at hand: asks for the next one a while before the present one expires. */
export class TokenKeeper {
  token: Token | undefined = undefined;
  private readonly auth: Auth;
  private readonly requests: Promise<void>[] = [];
  private refreshTimer: NodeJS.Timeout | undefined;
  private expiryTimer: NodeJS.Timeout | undefined;
  private isStopped = false;

  constructor(auth: Auth) {
    this.auth = auth;
  }

  /** Asks, and asks again whenever an answer is too long in coming. */
  async refresh(): Promise<void> {
    let isAnswered = false;
    while (!isAnswered && !this.isStopped) {
      const request = this.auth.issue().then((token) => this.keep(token));
      this.requests.push(request);
      isAnswered = await isInTime(request, REQUEST_TIMEOUT_MS);
    }
  }

  /** Waits for the answers that are still to come. The token at hand can be saved then. */
  async stop(): Promise<void> {
    this.isStopped = true;
    this.clearTimers();
    await Promise.all(this.requests);
  }

  private keep(token: Token): void {
    // BUG: this may be the late answer to a request that was given up, and older than the token at hand.
    this.token = token;
    this.clearTimers();
    if (this.isStopped) return;
    this.refreshTimer = setTimeout(() => void this.refresh(), token.lifeMs - REFRESH_BEFORE_MS);
    this.expiryTimer = setTimeout(() => (this.token = undefined), token.lifeMs);
  }

  private clearTimers(): void {
    clearTimeout(this.refreshTimer);
    clearTimeout(this.expiryTimer);
  }
}

async function isInTime(request: Promise<void>, timeoutMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const timeUp = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), timeoutMs);
  });
  const answered = request.then(() => true);
  return Promise.race([answered, timeUp]).finally(() => clearTimeout(timer));
}
