from __future__ import annotations

import secrets

from testcontainers.core.container import DockerContainer
from testcontainers.core.wait_strategies import HttpWaitStrategy

PORT = 4180


class MocklingContainer(DockerContainer):
    """`with MocklingContainer(pace="instant") as mockling: my_app(mockling.base_url)`"""

    def __init__(self, image: str = "mockling", **settings: object) -> None:
        super().__init__(image)
        self.control_key = secrets.token_urlsafe(12)
        self.with_exposed_ports(PORT)
        self.with_env("MOCKLING_CONTROL_KEY", self.control_key)
        for name, value in settings.items():
            self.with_env(f"MOCKLING_{name.upper()}", str(value))
        self.waiting_for(HttpWaitStrategy(PORT, "/health").for_status_code(200))

    @property
    def base_url(self) -> str:
        return f"http://{self.get_container_host_ip()}:{self.get_exposed_port(PORT)}"
