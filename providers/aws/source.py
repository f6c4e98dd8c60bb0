"""AWS as a source of prices."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import ClassVar

from providers.aws.parse import parse_documents
from providers.base import Document, PriceSource, Refused
from providers.offers import Offer


class AwsSource(PriceSource):
    name: ClassVar[str] = "aws"
    title: ClassVar[str] = "Amazon Web Services"

    def not_configured(self) -> str:
        return ""

    def fetch(self, folder: Path) -> Iterator[Document]:
        return iter(())

    @staticmethod
    def parse(documents: Sequence[Document]) -> Iterator[Offer | Refused]:
        return parse_documents(documents)
