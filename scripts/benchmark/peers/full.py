"""The full peer: the works of scripts/bench as a FastAPI application would do them, on the product's own tables."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import counter
import first_screen
import reading
import shop
import writing
from fastapi import FastAPI
from fastapi.responses import PlainTextResponse
from tables import engine, reflect


@asynccontextmanager
async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
    await reflect()
    yield
    await engine.dispose()


app = FastAPI(lifespan=lifespan)
for router in (reading.router, first_screen.router, writing.router, shop.router, counter.router):
    app.include_router(router)


@app.get("/ready", response_class=PlainTextResponse)
async def ready() -> str:
    return str(os.getpid())
