from ray import serve
from starlette.requests import Request


@serve.deployment
class Greeter:
    async def __call__(self, request: Request) -> str:
        return f"Hello, {request.query_params.get('name', 'world')}"


app = Greeter.bind()
